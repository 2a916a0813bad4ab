import '../helpers/on-postgres.ts';
import '../store/recorder.test.ts';
