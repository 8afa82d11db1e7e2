/**
 * Copy buttons, waiting for the first request of an agent, and the automatic continuation of a verification. The pages also work
 * without this script.
 */
( function () {
	const { __ } = wp.i18n;

	document.addEventListener( 'click', async ( event ) => {
		const button = event.target.closest( '[data-countersign-copy]' );
		if ( ! button ) {
			return;
		}
		const input = document.getElementById( button.dataset.countersignCopy );
		input.select();
		try {
			await navigator.clipboard.writeText( input.value );
		} catch {
			// The clipboard API needs HTTPS. This older function does not.
			document.execCommand( 'copy' );
		}
		const text = button.textContent;
		button.textContent = __( 'Copied', 'countersign' );
		wp.a11y.speak( button.textContent );
		setTimeout( () => ( button.textContent = text ), 2000 );
	} );

	// Asks at intervals whether an agent has used the site, a limited number of times.
	const waiting = document.querySelector( '[data-countersign-ask]' );
	if ( waiting ) {
		const { countersignAsk, countersignEvery, countersignTimes } = waiting.dataset;
		const answer = waiting.querySelector( '[data-countersign-answer]' );
		const end = ( isDone ) => {
			waiting.querySelector( '[data-countersign-ended]' ).hidden = isDone;
			// The button is for pages without this script, and for the time after it has stopped.
			waiting.querySelector( '[data-countersign-again]' ).classList.toggle( 'hide-if-js', isDone );
		};
		const ask = async ( left ) => {
			try {
				const { success, data } = await ( await fetch( countersignAsk ) ).json();
				if ( ! success || 0 === left ) {
					return end( false );
				}
				if ( data.html !== waiting.dataset.shown ) {
					// WordPress has escaped what is in it.
					answer.innerHTML = data.html;
					waiting.dataset.shown = data.html;
				}
				if ( data.done ) {
					return end( true );
				}
			} catch {
				// The network was away for a moment.
				if ( 0 === left ) {
					return end( false );
				}
			}
			setTimeout( ask, 1000 * countersignEvery, left - 1 );
		};
		setTimeout( ask, 1000 * countersignEvery, Number( countersignTimes ) );
	}

	document.querySelector( 'form[data-countersign-go-on]' )?.requestSubmit();
} )();
