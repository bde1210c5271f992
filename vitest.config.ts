import { defineConfig } from 'vitest/config';

/** Goldens are rewritten by `npm test -- --update`, or with `AUDITLB_UPDATE=1`; a missing one is a fault. */
const update = process.env.AUDITLB_UPDATE === '1' ? 'all' : 'none';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/temporary.ts',
    setupFiles: 'test/support/seed.ts',
    testTimeout: 300_000,
    hookTimeout: 300_000,
    update,
  },
});
