import t from 'tap';

// Imported before the suites of a long test, it leaves out what `npm test` tries as much of.
t.runOnly = true;
