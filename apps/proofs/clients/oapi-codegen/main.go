// The README's tour with the Go client of oapi-codegen.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"example.com/card-gateway/client/gw"
)

var run = os.Getenv("RUN")

func main() {
	ctx := context.Background()
	client, err := gw.NewClientWithResponses(os.Getenv("GATEWAY_URL"), gw.WithRequestEditorFn(
		func(_ context.Context, request *http.Request) error {
			request.Header.Set("Authorization", "Bearer "+os.Getenv("GATEWAY_API_KEY"))
			return nil
		}))
	check(0, err)
	account, refresh := "keysecure", true

	products, err := client.ListCardProductsWithResponse(ctx, &gw.ListCardProductsParams{Account: &account})
	check(1, err)
	answered(1, products.JSON200 != nil, products.Body)
	product := products.JSON200.Data[0]

	var applied gw.CreateCardholder
	read(2, fmt.Sprintf(`{"account":%q,"reference":"user-%s","sumsubShareToken":"share-token-of-sumsub"}`, account, run), &applied)
	created, err := client.CreateCardholderWithResponse(ctx, &gw.CreateCardholderParams{IdempotencyKey: key("cardholder")}, applied)
	check(2, err)
	answered(2, created.JSON201 != nil, created.Body)
	holder := created.JSON201
	for word(holder.Status) == "pending" || word(holder.Status) == "in_review" {
		time.Sleep(100 * time.Millisecond)
		again, err := client.GetCardholderWithResponse(ctx, holder.Id, &gw.GetCardholderParams{Refresh: &refresh})
		check(2, err)
		answered(2, again.JSON200 != nil, again.Body)
		holder = again.JSON200
	}

	var order gw.IssueCard
	read(3, fmt.Sprintf(`{"account":%q,"product":%q,"cardholder":%q,"form":"virtual"}`, account, product.Id, holder.Id), &order)
	issued, err := client.IssueCardWithResponse(ctx, &gw.IssueCardParams{IdempotencyKey: key("card")}, order)
	check(3, err)
	answered(3, issued.JSON201 != nil, issued.Body)
	card := issued.JSON201

	for word(card.Status) == "pending" {
		time.Sleep(100 * time.Millisecond)
		again, err := client.GetCardWithResponse(ctx, card.Id, &gw.GetCardParams{Refresh: &refresh})
		check(4, err)
		answered(4, again.JSON200 != nil, again.Body)
		card = again.JSON200
	}
	expect(4, word(card.Status), "active")

	phone := "13" + run
	var start gw.StartBinding
	read(5, fmt.Sprintf(`{"account":"yixin","user":"user-%s","cardNumber":"621700%s1234","phone":%q,"purpose":"loan","userIp":"203.0.113.7"}`, run, run, phone), &start)
	started, err := client.StartBindingWithResponse(ctx, &gw.StartBindingParams{IdempotencyKey: key("binding")}, start)
	check(5, err)
	answered(5, started.JSON201 != nil, started.Body)
	expect(5, word(started.JSON201.Status), "awaiting_code")

	var sms []struct{ Code string }
	sandbox(6, http.MethodGet, "/admin/sms?phone="+phone, "", &sms)
	bound, err := client.VerifyBindingWithResponse(ctx, started.JSON201.Id, &gw.VerifyBindingParams{IdempotencyKey: key("code")},
		gw.VerifyBinding{Code: sms[len(sms)-1].Code})
	check(6, err)
	answered(6, bound.JSON200 != nil, bound.Body)
	expect(6, word(bound.JSON200.Status), "bound")

	var load gw.CreateTransfer
	read(7, fmt.Sprintf(`{"account":%q,"cardholder":%q,"direction":"in","amount":{"amount":"100.00","currency":"TUSDT"}}`, account, holder.Id), &load)
	moved, err := client.CreateTransferWithResponse(ctx, &gw.CreateTransferParams{IdempotencyKey: key("transfer")}, load)
	check(7, err)
	answered(7, moved.JSON201 != nil, moved.Body)
	expect(7, word(moved.JSON201.Status), "succeeded")
	sandbox(7, http.MethodPost, "/admin/keysecure/pay", fmt.Sprintf(`{"cardNo":%q,"amount":"12.50"}`, *card.ProviderRef), nil)
	transactions, err := client.ListCardTransactionsWithResponse(ctx, card.Id, &gw.ListCardTransactionsParams{Refresh: &refresh})
	check(7, err)
	answered(7, transactions.JSON200 != nil, transactions.Body)
	expect(7, transactions.JSON200.Data[0].Amount.Amount, "12.50")
	callbacks, err := client.ListCallbacksWithResponse(ctx, &gw.ListCallbacksParams{})
	check(7, err)
	answered(7, callbacks.JSON200 != nil, callbacks.Body)

	frozen, err := client.FreezeCardWithResponse(ctx, card.Id, &gw.FreezeCardParams{IdempotencyKey: key("freeze")})
	check(8, err)
	answered(8, frozen.JSON200 != nil, frozen.Body)
	expect(8, word(frozen.JSON200.Status), "frozen")

	revealed, err := client.RevealCardWithResponse(ctx, card.Id, &gw.RevealCardParams{}, gw.Purpose{Purpose: "the tour of a generated client"})
	check(9, err)
	answered(9, revealed.JSON200 != nil, revealed.Body)
	expect(9, fmt.Sprint(len(revealed.JSON200.Number)), "16")

	missing, err := client.GetCardWithResponse(ctx, "card_00000000000000000000000000", &gw.GetCardParams{})
	check(10, err)
	answered(10, missing.ApplicationproblemJSON404 != nil, missing.Body)
	expect(10, word(missing.ApplicationproblemJSON404.Code), "not-found")
}

func key(of string) string { return of + "-" + run }

func word(value any) string { return fmt.Sprint(value) }

func read(step int, text string, into any) { check(step, json.Unmarshal([]byte(text), into)) }

func sandbox(step int, method, path, body string, into any) {
	request, err := http.NewRequest(method, os.Getenv("SANDBOX_URL")+path, bytes.NewBufferString(body))
	check(step, err)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	check(step, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	check(step, err)
	if into != nil {
		check(step, json.Unmarshal(text, into))
	}
}

func check(step int, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "step %d: %v\n", step, err)
		os.Exit(1)
	}
}

func answered(step int, is bool, body []byte) {
	if !is {
		check(step, fmt.Errorf("another answer: %s", body))
	}
}

func expect(step int, got, wanted string) {
	if got != wanted {
		check(step, fmt.Errorf("expected %s, got %s", wanted, got))
	}
}
