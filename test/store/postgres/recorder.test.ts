import '../../helpers/on-postgres.ts';
import '../recorder.test.ts';
import '../prefetch.test.ts';
