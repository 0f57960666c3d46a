// Runs before the first paint so that a dark screen never flashes white. A file of its own, because the content
// security policy allows no script inside the page.
(function () {
  var scheme = 'auto';
  try {
    scheme = localStorage.getItem('yagura-scheme') || 'auto';
  } catch {
    // Storage may be closed to us; the system's choice is then the answer.
  }
  var dark = scheme === 'dark' || (scheme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
