<?php

namespace Countersign;

/** What a token is for. Every kind has a key and a prefix of its own. */
enum TokenKind: string
{
    case Access = 'access';
    case Refresh = 'refresh';
    case Code = 'code';
    case Confirmation = 'confirmation';
    case Pairing = 'pairing';
    case Approval = 'approval';
    case Upload = 'upload';
}
