/** As much of jsonld as the tests use. */
declare module 'jsonld' {
  const jsonld: {
    expand(document: object, options: { documentLoader: (url: string) => Promise<never> }): Promise<unknown>;
  };
  export default jsonld;
}
