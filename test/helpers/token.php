<?php
// A page of a site beside the example: shows the access token, or why there is none.
require __DIR__ . '/../../examples/connect.php';

if (!str_ends_with($_SERVER['REQUEST_URI'], '/token')) Monerium\serve();
try {
    echo Monerium\access_token() ?? 'nobody';
} catch (Monerium\Failure $failure) {
    http_response_code(503);
    echo $failure->name;
}
