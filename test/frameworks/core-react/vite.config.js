import { defineConfig } from 'vite';
import react from '@vitejs/plugin-react';

export default defineConfig({
  plugins: [react()],
  // Node cannot import a part of it.
  ssr: { noExternal: ['react-bootstrap'] },
});
