import '../core/flow/flow.js';
