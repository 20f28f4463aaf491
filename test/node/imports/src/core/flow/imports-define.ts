import '../../define.js';
