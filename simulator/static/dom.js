/** Small things to build a page with: elements whose words are always text, and icons. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") element.addEventListener("click", value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const PATHS = {
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  dots: "M5 12h.01M12 12h.01M19 12h.01",
  outside: "M9 5H6a1 1 0 0 0-1 1v12a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-3M13 5h6v6M19 5l-9 9",
  keyboard: "M3.500 7.500a1 1 0 0 1 1-1h15a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1zM7 10h.01M10.300 10h.01M13.700 10h.01M17 10h.01M8 14h8",
  list: "M5 7h14M5 12h14M5 17h14",
  voice: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17zM9 12h.01M11.200 9.600a3.500 3.500 0 0 1 0 4.800M13.500 7.800a6 6 0 0 1 0 8.400",
  wave: "M8 12h.01M11 9a4.200 4.200 0 0 1 0 6M14 6.500a8 8 0 0 1 0 11",
  plus: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17zM12 8v8M8 12h8",
  photo: "M4 8a1 1 0 0 1 1-1h3l1.500-2h5L16 7h3a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1zM12 9.500a3.300 3.300 0 1 0 0 6.600 3.300 3.300 0 0 0 0-6.600z",
  place: "M12 21s-6.500-6-6.500-10.500a6.500 6.500 0 0 1 13 0C18.500 15 12 21 12 21zM12 8a2.400 2.400 0 1 0 0 4.800A2.400 2.400 0 0 0 12 8z",
  scan: "M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3M4 12h16",
  bell: "M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 1.500h-15zM10.500 20.500h3",
  leave: "M10 5H6a1 1 0 0 0-1 1v12a1 1 0 0 0 1 1h4M14 8l4 4-4 4M18 12H9",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

export function iconButton(name, label, onclick, testid) {
  return make("button", { class: "icon", type: "button", "aria-label": label, title: label, onclick, "data-testid": testid }, icon(name));
}
