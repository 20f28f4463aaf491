// A page of a site beside the example: shows the access token, or why there is none.
package main

import (
	"fmt"
	"net/http"
)

func init() {
	http.HandleFunc("/monerium/token", func(writer http.ResponseWriter, request *http.Request) {
		token, err := AccessToken(request)
		if err != nil {
			writer.WriteHeader(503)
			token = err.Error()
		} else if token == "" {
			token = "nobody"
		}
		fmt.Fprint(writer, token)
	})
}
