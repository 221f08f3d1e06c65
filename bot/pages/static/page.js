// Larger type stays chosen on this phone; having seen the page is said by a POST, never by opening it.
(function () {
  const root = document.documentElement;
  const kept = "shouwang-larger";
  if (localStorage.getItem(kept)) root.classList.add("larger");
  document.getElementById("larger").addEventListener("click", function () {
    if (root.classList.toggle("larger")) localStorage.setItem(kept, "1");
    else localStorage.removeItem(kept);
  });
  const sheet = document.querySelector("[data-read]");
  if (sheet) fetch(sheet.dataset.read, { method: "POST", headers: { "X-CSRFToken": sheet.dataset.csrf } });
})();
