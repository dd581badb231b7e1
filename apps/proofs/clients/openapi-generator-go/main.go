// The README's tour with the Go client of openapi-generator.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	gw "example.com/card-gateway/client"
)

var run = os.Getenv("RUN")

func main() {
	config := gw.NewConfiguration()
	config.Servers = gw.ServerConfigurations{{URL: os.Getenv("GATEWAY_URL")}}
	client := gw.NewAPIClient(config)
	ctx := context.WithValue(context.Background(), gw.ContextAccessToken, os.Getenv("GATEWAY_API_KEY"))
	const account = "keysecure"

	products, _, err := client.CardsAPI.ListCardProducts(ctx).Account(account).Execute()
	check(1, err)
	product := products.Data[0]

	applied := gw.NewCreateCardholder(account, "user-"+run)
	applied.SetSumsubShareToken("share-token-of-sumsub")
	holder, _, err := client.CardholdersAPI.CreateCardholder(ctx).IdempotencyKey(key("cardholder")).CreateCardholder(*applied).Execute()
	check(2, err)
	for word(holder.Status) == "pending" || word(holder.Status) == "in_review" {
		time.Sleep(100 * time.Millisecond)
		holder, _, err = client.CardholdersAPI.GetCardholder(ctx, holder.Id).Refresh(true).Execute()
		check(2, err)
	}

	var order gw.IssueCard
	read(3, fmt.Sprintf(`{"account":%q,"product":%q,"cardholder":%q,"form":"virtual"}`, account, product.Id, holder.Id), &order)
	card, _, err := client.CardsAPI.IssueCard(ctx).IdempotencyKey(key("card")).IssueCard(order).Execute()
	check(3, err)

	for word(card.Status) == "pending" {
		time.Sleep(100 * time.Millisecond)
		card, _, err = client.CardsAPI.GetCard(ctx, card.Id).Refresh(true).Execute()
		check(4, err)
	}
	expect(4, word(card.Status), "active")

	phone := "13" + run
	var start gw.StartBinding
	read(5, fmt.Sprintf(`{"account":"yixin","user":"user-%s","cardNumber":"621700%s1234","phone":%q,"purpose":"loan","userIp":"203.0.113.7"}`, run, run, phone), &start)
	binding, _, err := client.BindingsAPI.StartBinding(ctx).IdempotencyKey(key("binding")).StartBinding(start).Execute()
	check(5, err)
	expect(5, word(binding.Status), "awaiting_code")

	var sms []struct{ Code string }
	sandbox(6, http.MethodGet, "/admin/sms?phone="+phone, "", &sms)
	binding, _, err = client.BindingsAPI.VerifyBinding(ctx, binding.Id).IdempotencyKey(key("code")).
		VerifyBinding(*gw.NewVerifyBinding(sms[len(sms)-1].Code)).Execute()
	check(6, err)
	expect(6, word(binding.Status), "bound")

	var load gw.CreateTransfer
	read(7, fmt.Sprintf(`{"account":%q,"cardholder":%q,"direction":"in","amount":{"amount":"100.00","currency":"TUSDT"}}`, account, holder.Id), &load)
	transfer, _, err := client.TransfersAPI.CreateTransfer(ctx).IdempotencyKey(key("transfer")).CreateTransfer(load).Execute()
	check(7, err)
	expect(7, word(transfer.Status), "succeeded")
	sandbox(7, http.MethodPost, "/admin/keysecure/pay", fmt.Sprintf(`{"cardNo":%q,"amount":"12.50"}`, card.GetProviderRef()), nil)
	transactions, _, err := client.CardsAPI.ListCardTransactions(ctx, card.Id).Refresh(true).Execute()
	check(7, err)
	expect(7, transactions.Data[0].Amount.Amount, "12.50")
	_, _, err = client.CallbacksAPI.ListCallbacks(ctx).Limit(1).Execute()
	check(7, err)

	card, _, err = client.CardsAPI.FreezeCard(ctx, card.Id).IdempotencyKey(key("freeze")).Execute()
	check(8, err)
	expect(8, word(card.Status), "frozen")

	revealed, _, err := client.CardsAPI.RevealCard(ctx, card.Id).Purpose(*gw.NewPurpose("the tour of a generated client")).Execute()
	check(9, err)
	expect(9, fmt.Sprint(len(revealed.Number)), "16")

	_, _, err = client.CardsAPI.GetCard(ctx, "card_00000000000000000000000000").Execute()
	var failure *gw.GenericOpenAPIError
	if !errors.As(err, &failure) {
		check(10, fmt.Errorf("expected a problem, got %v", err))
	}
	problem, isProblem := failure.Model().(gw.Problem)
	if !isProblem {
		check(10, fmt.Errorf("expected a problem, got %T: %s", failure.Model(), failure.Error()))
	}
	expect(10, word(problem.Code), "not-found")
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

func expect(step int, got, wanted string) {
	if got != wanted {
		check(step, fmt.Errorf("expected %s, got %s", wanted, got))
	}
}
