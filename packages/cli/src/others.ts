/** Commands that are not worth loading at every start; together, because each file more costs a millisecond. */
export { default as completion } from './completion/completion.js'
export { default as doctor } from './doctor/doctor.js'
export { default as filter } from './filter.js'
export { default as inspect } from './inspect.js'
export { default as list } from './list.js'
export { default as pipe } from './pipe/pipe.js'
export { default as plan } from './plan/plan.js'
export { default as top } from './top/top.js'
