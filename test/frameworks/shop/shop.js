import 'monerium-connect';

document.addEventListener('monerium-connected', ({ detail }) => {
  document.querySelector('#customer').textContent = `Customer ${detail.userId}`;
});
