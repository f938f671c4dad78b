/**
 * Looks of an end before it sleeps: twice as many after they were worth it, else half as many. Whoever does not come
 * while one looks comes much later, and then looking only takes time from others.
 */
export const MOST_LOOKS = 2000
export const LEAST_LOOKS = 32
