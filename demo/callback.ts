// The element does everything a callback page has to do: it takes the response out of the address,
// posts the code to the backend and returns to where the customer began.
import '../src/index.js';
