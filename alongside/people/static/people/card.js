// The code on a card holds the address of the sign-in page with the card's number behind a "#", so
// that the number never travels to the server in an address. Put it into the field and wipe it away.
(function () {
  'use strict'

  function take () {
    const digits = decodeURIComponent(window.location.hash).replace(/[^0-9]/g, '')
    const field = document.getElementById('cardsignin-number')
    if (!field || digits.length !== 16) return
    window.history.replaceState(null, '', window.location.pathname + window.location.search)
    field.value = digits.replace(/(.{4})(?=.)/g, '$1 ')
    const pin = document.getElementById('cardsignin-pin')
    if (pin) pin.focus()
  }

  take()
  window.addEventListener('hashchange', take)
})()
