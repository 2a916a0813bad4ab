import type { TSchema } from 'typebox';
import { type Answered, answered, type Shaped } from '../answers/answered.ts';
import type { PageAsked } from '../answers/page.ts';

/** Parameters in an address; undefined: absent. */
export type Query = { [name: string]: Value | readonly Value[] | undefined };
type Value = string | number | boolean;

/** The values of a parameter, as texts. */
export const valuesOf = (given: Query[string]): string[] =>
  given === undefined ? [] : [given].flat().map(String);

/** What a page is written with: answers as of its moment, and addresses that keep the moment. */
export class View {
  readonly asked: PageAsked;
  /** The query of the moment, with its question mark; '' for now. */
  #moment: string | undefined;

  constructor(asked: PageAsked) {
    this.asked = asked;
  }

  /** Whether the page tells of an earlier moment than now. */
  get isPast(): boolean {
    return this.asked.at.position < this.asked.end;
  }

  /** A parameter of the page, as a text; undefined where it is absent. */
  parameter(name: string): string | undefined {
    const value = this.asked.parameters[name];
    return value === undefined ? undefined : String(value);
  }

  /** An answer of the API as of the moment of the page. Throws a Refusal as the API does. */
  ask<S extends TSchema>(
    answer: Shaped<S>,
    parameters: { [name: string]: unknown } = {},
    paging?: Parameters<typeof answered>[5],
  ): Promise<Answered<S>> {
    const { ledger, at, visible } = this.asked;
    return answered(answer, ledger, at, visible, parameters, paging);
  }

  /** The address of a page or a file as of the same moment. */
  link(path: string, query: Query = {}): string {
    const [asOf, asOfPosition] = [this.parameter('asOf'), this.parameter('asOfPosition')];
    // A page has hundreds of addresses with nothing but the moment in their query.
    this.#moment ??= this.address('', { asOf, asOfPosition }).slice(this.asked.base.length);
    return Object.keys(query).length === 0
      ? this.asked.base + path + this.#moment
      : this.address(path, { ...query, asOf, asOfPosition });
  }

  /** An address as of now. */
  address(path: string, query: Query = {}): string {
    const given = Object.entries(query).flatMap(([name, some]) =>
      valuesOf(some).map((value) => [name, value]),
    );
    const search = new URLSearchParams(given).toString();
    return this.asked.base + path + (search === '' ? '' : `?${search}`);
  }

  /** An address of this site for those who come from elsewhere. */
  outside(address: string): string {
    return this.asked.origin + address;
  }
}
