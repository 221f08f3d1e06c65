// Larger type stays chosen on this phone; having seen the page is said by a POST, never by opening it.
(function () {
  const root = document.documentElement;
  const button = document.getElementById("larger");
  const kept = "shouwang-larger";
  const enlarge = function (larger) {
    root.classList.toggle("larger", larger);
    button.setAttribute("aria-pressed", String(larger));
  };
  enlarge(localStorage.getItem(kept) !== null);
  button.addEventListener("click", function () {
    const larger = !root.classList.contains("larger");
    enlarge(larger);
    if (larger) localStorage.setItem(kept, "1");
    else localStorage.removeItem(kept);
  });
  const sheet = document.querySelector("[data-read]");
  if (sheet) fetch(sheet.dataset.read, { method: "POST", headers: { "X-CSRFToken": sheet.dataset.csrf } });
})();
