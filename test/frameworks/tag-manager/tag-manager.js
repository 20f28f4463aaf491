// Does what a tag manager does with its tag "custom HTML": long after the page has loaded, it
// writes the markup into the page and runs the scripts in it.
addEventListener('load', async () => {
  const response = await fetch('/tag.html');
  const place = document.createElement('div');
  place.innerHTML = await response.text();
  document.body.append(place);
  // A script that comes as markup does not run; one that is made does, and `src` makes it async.
  for (const found of place.querySelectorAll('script')) {
    const script = document.createElement('script');
    for (const { name, value } of found.attributes) script.setAttribute(name, value);
    script.text = found.text;
    found.replaceWith(script);
  }
});
