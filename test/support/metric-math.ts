/** What the variables and functions of an expression stand for; undefined: there is no data. */
export interface MathScope {
  variable(name: string): number | undefined;
  call(name: string, argument: string): number | undefined;
}

/**
 * The value of an expression of metric math, as far as the alarms use it: numbers, metrics, `+ - * /`, brackets, and
 * functions of one metric. Without data in any of its parts it has none.
 */
export function metricMath(expression: string, scope: MathScope): number | undefined {
  const tokens = expression.match(/[A-Za-z_]\w*|\d+(?:\.\d+)?|[-+*/(),]/g) ?? [];
  if (tokens.join('') !== expression.replaceAll(/\s/g, '')) {
    throw new RangeError(`The expression ${expression} is not evaluated here.`);
  }
  let at = 0;
  const next = () => tokens[at++] ?? '';

  const factor = (): number | undefined => {
    const token = next();
    if (token === '(') {
      const inner = sum();
      next();
      return inner;
    }
    if (/^\d/.test(token)) return Number(token);
    if (tokens[at] !== '(') return scope.variable(token);
    const [, argument = ''] = [next(), next(), next()];
    return scope.call(token, argument);
  };
  const product = (): number | undefined => {
    let value = factor();
    while (tokens[at] === '*' || tokens[at] === '/') {
      const times = next() === '*';
      value = both(value, factor(), (left, right) => (times ? left * right : left / right));
    }
    return value;
  };
  const sum = (): number | undefined => {
    let value = product();
    while (tokens[at] === '+' || tokens[at] === '-') {
      const plus = next() === '+';
      value = both(value, product(), (left, right) => (plus ? left + right : left - right));
    }
    return value;
  };
  return sum();
}

function both(
  left: number | undefined,
  right: number | undefined,
  join: (left: number, right: number) => number,
): number | undefined {
  return left === undefined || right === undefined ? undefined : join(left, right);
}
