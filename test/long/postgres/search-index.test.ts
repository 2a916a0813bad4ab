import '../../helpers/on-postgres.ts';
import '../../store/search-index.test.ts';
