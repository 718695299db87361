// SPDX-License-Identifier: Apache-2.0
declare module '*.tex' {
  const formulas: Record<string, string>;
  export default formulas;
}
declare module '*.css';
