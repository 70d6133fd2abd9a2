// A plain script in the head, before the style sheet, so that the chosen theme is there before anything is drawn.
// `?theme=dark` wins for the visit, then what was chosen here before, then what the system prefers.
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
