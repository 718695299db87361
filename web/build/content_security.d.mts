// SPDX-License-Identifier: Apache-2.0
export function policy(html: string): string;
export function withPolicy(html: string): string;
