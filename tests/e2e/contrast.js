// Every piece of text that is seen, with the contrast to what lies behind it (WCAG 2: relative luminance).
() => {
  const parts = (color) => color.match(/[\d.]+/g).map(Number);
  const channel = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parts(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const texts = [...document.body.querySelectorAll("*")].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) && element.checkVisibility());
  return texts.filter((element) => element.tagName !== "SCRIPT").map((element) => {
    const [dark, light] = [luminance(parts(getComputedStyle(element).color)), luminance(behind(element))].sort((a, b) => a - b);
    return { words: element.textContent.trim(), ratio: (light + 0.05) / (dark + 0.05), pixels: parseFloat(getComputedStyle(element).fontSize) };
  });
}
