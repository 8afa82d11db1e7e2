// Checks that PHP.wasm provides everything that a side module imports:
//
//   node imports.mjs MODULE.so MAIN.wasm...
//
// The dynamic linker of PHP.wasm looks for a name among the exports of the main module and among the functions of its
// own JavaScript, which the main module imports. A name that neither has fails only when it is first called, in the
// middle of a request. Exit status: 0 nothing is missing, 1 something is, 2 a file cannot be read.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the dynamic linker makes for each side module. */
const OF_THE_LINKER = new Set( [
	'memory',
	'__indirect_function_table',
	'__stack_pointer',
	'__memory_base',
	'__table_base',
	'__c_longjmp',
] );

/**
 * Returns what a side module imports, as a sorted list of `kind name`. The kind is `function`, `data` for the address
 * of a variable, or that of WebAssembly.
 *
 * @param {WebAssembly.Module} module
 * @return {string[]}
 */
export function wanted( module ) {
	const names = new Set();
	for ( const { module: from, name, kind } of WebAssembly.Module.imports( module ) ) {
		if ( 'GOT.func' === from ) {
			names.add( `function ${ name }` );
		} else if ( 'GOT.mem' === from ) {
			names.add( `data ${ name }` );
		} else if ( 'env' !== from || ! OF_THE_LINKER.has( name ) ) {
			names.add( `${ kind } ${ name }` );
		}
	}
	return [ ...names ].sort();
}

/**
 * Returns what a main module provides, in the same form.
 *
 * @param {WebAssembly.Module} main
 * @return {Set<string>}
 */
export function provided( main ) {
	const names = new Set();
	for ( const { name, kind } of WebAssembly.Module.exports( main ) ) {
		names.add( `${ 'global' === kind ? 'data' : kind } ${ name }` );
	}
	for ( const { module: from, name, kind } of WebAssembly.Module.imports( main ) ) {
		if ( 'function' === kind ) {
			names.add( `function ${ name }` );
		}
	}
	return names;
}

/**
 * Returns what a side module imports and a main module does not provide.
 *
 * @param {WebAssembly.Module} side
 * @param {WebAssembly.Module} main
 * @return {string[]}
 */
export function missing( side, main ) {
	const own = new Set( WebAssembly.Module.exports( side ).map( ( { name } ) => name ) );
	const there = provided( main );
	return wanted( side ).filter( ( entry ) => ! there.has( entry ) && ! own.has( entry.split( ' ' )[ 1 ] ) );
}

function main( [ file, ...mains ] ) {
	if ( ! file || 0 === mains.length ) {
		console.error( 'usage: imports.mjs MODULE.so MAIN.wasm...' );
		return 2;
	}
	const side = new WebAssembly.Module( readFileSync( file ) );
	let status = 0;
	for ( const path of mains ) {
		const lacking = missing( side, new WebAssembly.Module( readFileSync( path ) ) );
		if ( 0 === lacking.length ) {
			console.log( `${ basename( file ) }: all ${ wanted( side ).length } imports are in ${ path }` );
			continue;
		}
		console.error( `${ basename( file ) }: ${ path } does not provide:` );
		lacking.forEach( ( entry ) => console.error( `  ${ entry }` ) );
		status = 1;
	}
	return status;
}

if ( process.argv[ 1 ] === fileURLToPath( import.meta.url ) ) {
	try {
		process.exitCode = main( process.argv.slice( 2 ) );
	} catch ( error ) {
		console.error( `imports.mjs: ${ error.message }` );
		process.exitCode = 2;
	}
}
