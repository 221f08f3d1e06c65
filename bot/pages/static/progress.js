// The numbers are asked for again every two seconds; where nothing has changed the answer is a 304 without a body.
(function () {
  const page = document.querySelector("[data-status]");
  const fill = function (status) {
    for (const place of page.querySelectorAll("[data-field]")) {
      const value = place.dataset.field.split(".").reduce((found, key) => found[key], status);
      if (place.tagName === "PROGRESS") place.value = value;
      else place.textContent = typeof value === "number" ? value.toLocaleString("en-US") : value;
    }
  };
  const ask = async function () {
    let wait = 2000;
    try {
      const answer = await fetch(page.dataset.status, { cache: "no-cache" });
      if (answer.status === 403 || answer.status === 404) return;
      if (answer.ok) {
        const status = await answer.json();
        fill(status);
        if (status.finished_at !== null) wait = 10000;
      }
    } catch (offline) {
      wait = 10000;
    }
    setTimeout(ask, wait);
  };
  setTimeout(ask, 2000);
})();
