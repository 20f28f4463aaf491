import '../locales/de.js';
import '../locales/registry.js';
