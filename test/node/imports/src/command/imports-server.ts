import '../server/handler.js';
