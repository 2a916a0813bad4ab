import '../helpers/on-postgres.ts';
import '../store/recorder.test.ts';
import '../store/prefetch.test.ts';
