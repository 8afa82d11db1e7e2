/**
 * The page of upload sessions: sends files in parts, several at a time, and goes on after a lost connection or a reload.
 *
 * It decides nothing. What it checks before it sends saves the person time; the site checks everything again.
 */
( function () {
	'use strict';

	const portal = document.getElementById( 'portal' );
	const form = document.getElementById( 'form' );
	if ( ! portal || ! form ) {
		return;
	}

	const facts = JSON.parse( portal.dataset.portal );
	const say = facts.messages;
	const picker = document.getElementById( 'file' );
	const camera = document.getElementById( 'camera' );
	const drop = document.getElementById( 'drop' );
	const list = document.getElementById( 'list' );
	const message = document.getElementById( 'message' );

	/** Files that are sent at the same time. */
	const AT_ONCE = 2;

	/** Seconds between attempts after a lost connection. */
	const PAUSES = [ 1, 2, 4, 8, 15, 30 ];

	const items = [];
	const storage = {
		name: 'countersign-upload-' + facts.id,
		read() {
			try {
				return JSON.parse( localStorage.getItem( this.name ) ) || {};
			} catch ( error ) {
				return {};
			}
		},
		change( change ) {
			try {
				const all = this.read();
				change( all );
				localStorage.setItem( this.name, JSON.stringify( all ) );
			} catch ( error ) {
				// The page works without it, and does not remember files after a reload.
			}
		},
	};

	/** What tells this browser's files from those of others. */
	const browser = ( function () {
		let known = storage.read().browser;
		if ( ! known ) {
			known = Array.from( crypto.getRandomValues( new Uint8Array( 12 ) ), ( byte ) => byte.toString( 16 ).padStart( 2, '0' ) ).join( '' );
			storage.change( ( all ) => {
				all.browser = known;
			} );
		}
		return known;
	} )();

	const keyOf = ( file ) => [ browser, file.lastModified, file.size ].join( ' ' );
	const idOf = ( file ) => [ file.name, file.size, file.lastModified ].join( '\n' );

	function announce( text ) {
		message.classList.remove( 'error' );
		const line = document.createElement( 'p' );
		line.textContent = text;
		message.replaceChildren( line );
	}

	function remember( file, isUnfinished ) {
		storage.change( ( all ) => {
			all.files = all.files || {};
			if ( isUnfinished ) {
				all.files[ idOf( file ) ] = { name: file.name, size: file.size };
			} else {
				delete all.files[ idOf( file ) ];
			}
		} );
	}

	function button( text, name, act ) {
		const element = document.createElement( 'button' );
		element.type = 'button';
		element.className = 'button small';
		element.textContent = text;
		element.setAttribute( 'aria-label', text + ': ' + name );
		element.addEventListener( 'click', act );
		return element;
	}

	/** Adds a line to the list. */
	function line( name ) {
		const row = document.createElement( 'li' );
		row.className = 'item';
		const title = document.createElement( 'p' );
		title.className = 'item-name';
		title.dir = 'auto';
		title.textContent = name;
		const bar = document.createElement( 'progress' );
		bar.max = 1;
		bar.value = 0;
		bar.setAttribute( 'aria-label', name );
		const state = document.createElement( 'p' );
		state.className = 'item-state';
		const actions = document.createElement( 'div' );
		actions.className = 'item-actions';
		row.append( title, bar, state, actions );
		list.append( row );
		document.getElementById( 'list-title' ).hidden = false;
		return { row, bar, state, actions };
	}

	function show( item ) {
		const { row, bar, state, actions } = item.line;
		row.className = 'item ' + item.state;
		bar.hidden = item.state === 'failed' || item.state === 'cancelled';
		bar.value = item.state === 'done' ? 1 : item.progress;
		const percent = item.state === 'sending' ? ' · ' + Math.floor( item.progress * 100 ) + ' %' : '';
		state.textContent = ( item.text || say[ item.state ] ) + percent;
		const had = actions.contains( document.activeElement );
		const wanted = { waiting: 'cancel', sending: 'cancel', failed: 'retry', cancelled: 'retry' }[ item.state ] || '';
		if ( item.wanted !== wanted ) {
			item.wanted = wanted;
			actions.replaceChildren();
			if ( wanted === 'cancel' ) {
				actions.append( button( say.cancel, item.file.name, () => cancel( item ) ) );
			} else if ( wanted === 'retry' ) {
				if ( ! item.isFinal ) {
					actions.append( button( say.retry, item.file.name, () => retry( item ) ) );
				}
				actions.append( button( say.remove, item.file.name, () => remove( item ) ) );
			}
			if ( had ) {
				( actions.querySelector( 'button' ) || picker ).focus();
			}
		}
	}

	function set( item, state, text ) {
		item.state = state;
		item.text = text || '';
		show( item );
	}

	/** A refusal of the site. */
	class Refused extends Error {
		constructor( answer ) {
			super( answer.message || say.failed );
			this.reason = answer.reason;
			this.wait = answer.retry_after;
		}
	}

	async function ask( item, what, query, body, type ) {
		const address = new URL( location.href );
		address.hash = '';
		address.searchParams.set( 'do', what );
		Object.entries( query ).forEach( ( [ name, value ] ) => address.searchParams.set( name, value ) );
		const response = await fetch( address, {
			method: 'POST',
			body,
			headers: { 'Content-Type': type, Accept: 'application/json' },
			signal: item.abort.signal,
			cache: 'no-store',
			credentials: 'same-origin',
			referrerPolicy: 'no-referrer',
		} );
		let answer;
		try {
			answer = await response.json();
		} catch ( error ) {
			// A proxy or PHP itself has answered.
			throw response.status === 413 ? new Refused( { message: say.size, reason: 'upload_file_size' } ) : new TypeError( 'no answer' );
		}
		if ( ! response.ok ) {
			throw new Refused( answer );
		}
		return answer;
	}

	function pause( item, seconds ) {
		return new Promise( ( resolve, reject ) => {
			const end = () => {
				clearTimeout( timer );
				window.removeEventListener( 'online', end );
				item.abort.signal.removeEventListener( 'abort', stop );
				resolve();
			};
			const stop = () => {
				clearTimeout( timer );
				window.removeEventListener( 'online', end );
				reject( new DOMException( 'cancelled', 'AbortError' ) );
			};
			const timer = setTimeout( end, seconds * 1000 );
			window.addEventListener( 'online', end );
			item.abort.signal.addEventListener( 'abort', stop );
		} );
	}

	/** Asks until there is an answer. A lost connection or a limit only takes time. */
	async function insist( item, what, query, body, type = 'application/json' ) {
		for ( let attempt = 0; ; attempt++ ) {
			try {
				const answer = await ask( item, what, query, body, type );
				if ( item.text ) {
					set( item, item.state );
				}
				return answer;
			} catch ( error ) {
				if ( error.name === 'AbortError' || attempt >= 40 ) {
					throw error;
				}
				const isLimit = error instanceof Refused && error.wait && ( error.reason === 'rate_limited' || error.reason === 'rate_limited_ip' );
				if ( error instanceof Refused && ! isLimit ) {
					throw error;
				}
				set( item, item.state, isLimit ? error.message : navigator.onLine ? say.again : say.offline );
				await pause( item, isLimit ? error.wait : PAUSES[ Math.min( attempt, PAUSES.length - 1 ) ] );
			}
		}
	}

	async function send( item ) {
		const file = item.file;
		let answer = await insist( item, 'begin', {}, JSON.stringify( { key: keyOf( file ), name: file.name, size: file.size } ) );
		item.upload = answer.upload;
		remember( file, true );
		while ( answer.state === 'uploading' && answer.missing.length ) {
			item.progress = ( answer.parts - answer.missing.length ) / answer.parts;
			set( item, 'sending' );
			const part = answer.next;
			const from = ( part - 1 ) * answer.part_size;
			answer = await insist( item, 'part', { upload: item.upload, part }, file.slice( from, from + answer.part_size ), 'application/octet-stream' );
		}
		if ( answer.state === 'uploading' ) {
			item.progress = 1;
			set( item, 'checking' );
			answer = await insist( item, 'finish', { upload: item.upload }, '{}' );
		}
		if ( answer.state !== 'done' ) {
			throw new Refused( { message: say.failed } );
		}
	}

	async function run( item ) {
		item.abort = new AbortController();
		set( item, 'sending' );
		try {
			await send( item );
			remember( item.file, false );
			facts.done++;
			set( item, 'done' );
			count();
		} catch ( error ) {
			if ( item.state !== 'cancelled' ) {
				if ( error instanceof Refused ) {
					remember( item.file, false );
				}
				item.isFinal = [ 'upload_file_type', 'upload_file_size', 'file_refused', 'file_too_large' ].includes( error.reason );
				set( item, 'failed', error instanceof Refused ? error.message : say.failed );
			}
		}
		next();
	}

	function next() {
		const active = items.filter( ( item ) => item.state === 'sending' || item.state === 'checking' ).length;
		const waiting = items.filter( ( item ) => item.state === 'waiting' );
		waiting.slice( 0, Math.max( 0, AT_ONCE - active ) ).forEach( run );
		if ( ! active && ! waiting.length && items.some( ( item ) => item.state === 'done' ) && items.every( ( item ) => item.state === 'done' ) ) {
			announce( say.all );
		}
	}

	function count() {
		const line = document.getElementById( 'count' );
		line.hidden = false;
		line.textContent = say.count.replace( '%1$s', facts.done ).replace( '%2$s', facts.files );
		const isFull = facts.done >= facts.files;
		document.getElementById( 'full' ).hidden = ! isFull;
		form.hidden = isFull;
	}

	function cancel( item ) {
		const upload = item.upload;
		set( item, 'cancelled' );
		if ( item.abort ) {
			item.abort.abort();
		}
		remember( item.file, false );
		if ( upload ) {
			item.abort = new AbortController();
			ask( item, 'cancel', { upload }, '{}', 'application/json' ).catch( () => {} );
		}
	}

	function retry( item ) {
		item.progress = 0;
		set( item, 'waiting' );
		next();
	}

	function remove( item ) {
		item.line.row.remove();
		items.splice( items.indexOf( item ), 1 );
		picker.focus();
	}

	/** Returns why a file would be refused, or ''. */
	function fault( file ) {
		const ending = file.name.includes( '.' ) ? file.name.split( '.' ).pop().toLowerCase() : '';
		if ( ! facts.endings.includes( ending ) ) {
			return say.type;
		}
		return file.size < 1 || file.size > facts.bytes ? say.size : '';
	}

	function add( files ) {
		message.replaceChildren();
		Array.from( files ).forEach( ( file ) => {
			const unfinished = list.querySelector( '[data-unfinished="' + CSS.escape( idOf( file ) ) + '"]' );
			if ( unfinished ) {
				unfinished.remove();
			}
			const known = items.find( ( item ) => idOf( item.file ) === idOf( file ) && ! [ 'failed', 'cancelled' ].includes( item.state ) );
			if ( known ) {
				return;
			}
			const item = { file, line: line( file.name ), state: '', text: '', progress: 0, upload: '', isFinal: false };
			items.push( item );
			const wrong = fault( file );
			if ( wrong ) {
				item.isFinal = true;
				set( item, 'failed', wrong );
				announce( file.name + ': ' + wrong );
			} else {
				set( item, 'waiting' );
			}
		} );
		next();
	}

	document.documentElement.classList.add( 'scripted' );
	picker.multiple = true;
	picker.required = false;
	document.getElementById( 'send' ).hidden = true;
	document.getElementById( 'drop-text' ).hidden = false;
	form.addEventListener( 'submit', ( event ) => event.preventDefault() );
	[ picker, camera ].filter( Boolean ).forEach( ( input ) => {
		const label = form.querySelector( 'label[for="' + input.id + '"]' );
		input.addEventListener( 'change', () => {
			add( input.files );
			input.value = '';
		} );
		input.addEventListener( 'focus', () => label.classList.toggle( 'label-focus', input.matches( ':focus-visible' ) ) );
		input.addEventListener( 'blur', () => label.classList.remove( 'label-focus' ) );
	} );
	if ( camera && matchMedia( '(pointer: coarse)' ).matches ) {
		document.getElementById( 'camera-box' ).hidden = false;
	}
	// The whole page takes files, so that one that misses the box does not replace the page.
	[ 'dragover', 'dragleave', 'drop' ].forEach( ( name ) => {
		document.addEventListener( name, ( event ) => {
			event.preventDefault();
			drop.classList.toggle( 'over', name === 'dragover' );
			if ( name === 'drop' && ! form.hidden ) {
				add( event.dataTransfer.files );
			}
		} );
	} );
	window.addEventListener( 'offline', () => announce( say.offline ) );
	window.addEventListener( 'online', () => message.replaceChildren() );
	window.addEventListener( 'beforeunload', ( event ) => {
		if ( items.some( ( item ) => [ 'waiting', 'sending', 'checking' ].includes( item.state ) ) ) {
			event.preventDefault();
		}
	} );

	Object.entries( storage.read().files || {} ).forEach( ( [ id, file ] ) => {
		const { row, bar, state, actions } = line( file.name );
		row.dataset.unfinished = id;
		bar.hidden = true;
		state.textContent = say.unfinished;
		actions.append(
			button( say.remove, file.name, () => {
				row.remove();
				storage.change( ( all ) => delete all.files[ id ] );
				picker.focus();
			} )
		);
	} );
} )();
