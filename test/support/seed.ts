import fc from 'fast-check';

/** The suite tries the same cases every time, so that one change tells one story; a hunt for more of them (`AUDITLB_FUZZ_RUNS`) tries others. */
if (process.env.AUDITLB_FUZZ_RUNS === undefined) fc.configureGlobal({ seed: 20_261_121 });
