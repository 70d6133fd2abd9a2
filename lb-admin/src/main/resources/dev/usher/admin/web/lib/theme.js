// A plain script in the head, before the style sheet, so that the theme is set before the first paint.
// `?theme=dark` wins for the visit, then the choice stored here, then the system's preference.
(() => {
  const asked = new URLSearchParams(location.search).get("theme");
  let kept = null;
  try {
    kept = localStorage.getItem("usher.theme");
  } catch {
    // storage may be off
  }
  const theme = asked ?? kept;
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
