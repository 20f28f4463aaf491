/** Runs in the browser, on the page that controls the emulator: posts its forms as JSON. */

/** What a form sends to its control endpoint. */
function readForm(form: HTMLFormElement): unknown {
  const fields = new FormData(form);
  const text = (name: string) => {
    const value = fields.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  if (form.id === 'client') {
    const redirectUris = text('redirectUris').split(/\s+/).filter(Boolean);
    return { clientId: text('clientId'), name: text('name'), redirectUris };
  }
  const input = form.querySelector<HTMLInputElement>('[name]');
  return input ? { [input.name]: readSwitch(input) } : {};
}

function readSwitch({ type, value, checked }: HTMLInputElement): unknown {
  if (type === 'checkbox') return checked;
  return type === 'number' ? Number(value) : value;
}

async function send(form: HTMLFormElement): Promise<void> {
  const response = await fetch(form.action, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(readForm(form)),
  });
  if (response.ok) {
    location.reload();
    return;
  }
  const { message = 'The emulator refused' } = (await response.json()) as { message?: string };
  const problem = document.querySelector('#problem');
  if (problem) problem.textContent = message;
}

for (const form of document.forms) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send(form);
  });
  // A switch applies as soon as it is changed.
  if (form.dataset['switch']) form.addEventListener('change', () => form.requestSubmit());
}
