import '../core/browser/page.js';
