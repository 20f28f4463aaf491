// The element does all that a callback page needs: it removes the response from the URL, posts the
// code to the backend and returns to the page where the customer began.
import '../src/index.js';
