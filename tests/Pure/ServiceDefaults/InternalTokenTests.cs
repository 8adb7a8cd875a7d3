using System.Net;
using System.Text;
using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Sharing;
using Partnership.ServiceDefaults;
using Xunit;

namespace Partnership.Tests.Pure.ServiceDefaults;

public sealed class InternalTokenTests : IAsyncLifetime
{
    private SmallHost host = null!;

    public async ValueTask InitializeAsync() => host = await SmallHost.StartAsync(guarded: true);

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_request_with_its_own_token_is_let_in_with_its_caller_and_body()
    {
        var answer = await SendAsync("POST", "/who?after=1", "{\"a\":1}", Token("POST", "/who", "?after=1", "{\"a\":1}") with { FactsVersion = 7 });

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("person-1 7 {\"a\":1}", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_token_is_accepted_once()
    {
        var token = Token("GET", "/who");

        Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET", "/who", null, token)).StatusCode);
        await RefusedAsync(SendAsync("GET", "/who", null, token));
    }

    [Fact]
    public async Task Of_the_same_token_many_times_at_once_one_is_accepted()
    {
        var token = Token("GET", "/who");

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => SendAsync("GET", "/who", null, token)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_for_another_service_is_refused() =>
        await RefusedAsync(SendAsync("GET", "/who", null, Token("GET", "/who") with { Audience = "marac" }));

    [Fact]
    public async Task A_token_under_another_key_is_refused() =>
        await RefusedAsync(SendAsync("GET", "/who", null, InternalTokens.Mint(Token("GET", "/who"), new byte[32])));

    [Theory]
    [InlineData("POST", "/who", "", "")]
    [InlineData("GET", "/who/", "", "")]
    [InlineData("GET", "/wh%6F", "", "")]
    [InlineData("GET", "/stamp", "", "")]
    [InlineData("GET", "/who", "?a=1", "")]
    [InlineData("GET", "/who?", "", "")]
    public async Task A_token_for_another_request_is_refused(string method, string path, string query, string body) =>
        await RefusedAsync(SendAsync("GET", "/who", null, Token(method, path, query, body)));

    [Fact]
    public async Task Two_spellings_of_one_path_are_two_requests() =>
        await RefusedAsync(SendAsync("GET", "/wh%6F", null, Token("GET", "/who")));

    [Theory]
    [InlineData("{\"a\":2}")]
    [InlineData("")]
    public async Task A_token_for_another_body_is_refused(string sent) =>
        await RefusedAsync(SendAsync("POST", "/who", sent, Token("POST", "/who", "", "{\"a\":1}")));

    [Fact]
    public async Task A_mismatched_copy_does_not_use_up_the_token()
    {
        var token = Token("GET", "/who");
        await RefusedAsync(SendAsync("GET", "/stamp", null, token));

        Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET", "/who", null, token)).StatusCode);
    }

    [Fact]
    public async Task A_token_is_good_for_fifteen_seconds()
    {
        var (early, late) = (Token("GET", "/who"), Token("GET", "/who"));
        host.Clock.Advance(14.9);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET", "/who", null, early)).StatusCode);

        host.Clock.Advance(0.1);
        await RefusedAsync(SendAsync("GET", "/who", null, late));
    }

    [Fact]
    public async Task A_token_from_the_future_is_refused_beyond_a_little_skew()
    {
        var ahead = Token("GET", "/who") with { IssuedAt = host.Clock.GetUtcNow().AddSeconds(2) };
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET", "/who", null, ahead)).StatusCode);

        var tooFar = Token("GET", "/who") with { IssuedAt = host.Clock.GetUtcNow().AddSeconds(2.1) };
        await RefusedAsync(SendAsync("GET", "/who", null, tooFar));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("e30.")]
    [InlineData("e30.AAAA")]
    [InlineData("not base64.not base64")]
    public async Task What_is_no_token_is_refused(string header) => await RefusedAsync(SendAsync("GET", "/who", null, header));

    [Fact]
    public async Task A_changed_token_is_refused()
    {
        var token = InternalTokens.Mint(Token("GET", "/who"), host.Key);
        for (var at = 0; at < token.Length; at += 37)
        {
            var changed = token.ToCharArray();
            changed[at] = changed[at] == 'A' ? 'B' : 'A';
            await RefusedAsync(SendAsync("GET", "/who", null, new string(changed)));
        }
    }

    [Fact]
    public async Task Two_tokens_are_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/who");
        request.Headers.TryAddWithoutValidation(
            InternalToken.HeaderName, [InternalTokens.Mint(Token("GET", "/who"), host.Key), InternalTokens.Mint(Token("GET", "/who"), host.Key)]);

        await RefusedAsync(host.Client.SendAsync(request));
    }

    [Fact]
    public async Task A_body_longer_than_the_limit_is_refused_and_one_of_the_limit_is_not()
    {
        var (fits, over) = (new string('x', 2000), new string('x', 2001));

        Assert.Equal(HttpStatusCode.OK, (await SendAsync("POST", "/who", fits, Token("POST", "/who", "", fits))).StatusCode);
        await RefusedAsync(SendAsync("POST", "/who", over, Token("POST", "/who", "", over)));
    }

    [Theory]
    [InlineData("/who")]
    [InlineData("/outside")]
    [InlineData("/no-such-path")]
    public async Task Without_a_token_every_path_is_closed_also_those_that_do_not_exist(string path) =>
        await RefusedAsync(host.Client.GetAsync(path));

    [Fact]
    public async Task A_body_nobody_vouched_for_is_refused_before_it_is_read() =>
        await RefusedAsync(host.Client.PostAsync("/referrals", new StringContent("not json", Encoding.UTF8, "application/json")));

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Health_is_open(string path) => Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync(path)).StatusCode);

    [Fact]
    public async Task An_unknown_path_with_a_token_is_404() =>
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("GET", "/no-such-path", null, Token("GET", "/no-such-path"))).StatusCode);

    [Fact]
    public async Task The_stamp_of_a_caller_has_all_that_the_ledger_needs()
    {
        var answer = await SendAsync("GET", "/stamp", null, Token("GET", "/stamp"));

        var stamp = JsonSerializer.Deserialize<ActorStamp>(await answer.Content.ReadAsStringAsync(), WireJson.Options);
        // Property by property, so that one added to both and forgotten in between fails here.
        foreach (var property in typeof(ActorStamp).GetProperties())
            Assert.Equal(typeof(Caller).GetProperty(property.Name)!.GetValue(SomeCaller), property.GetValue(stamp));
    }

    [Fact]
    public void The_digest_of_no_body_is_that_of_nothing() =>
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", InternalTokens.EmptyBodyDigest);

    private static readonly Caller SomeCaller = new()
    {
        Person = "person-1",
        Agency = "CON",
        Team = "PVP",
        Role = "marac-representative",
        Hat = "a-hat",
        Session = "a-session",
        Purpose = "marac-meeting",
        LegalPower = "a-power",
        LawfulBasis = "a-basis",
        Condition = "a-condition",
        Regime = "a-regime",
        Agreement = "an-agreement",
        AgreementSet = "a-set",
        Rule = "marac/1.1",
        Classification = "a-classification",
        Correlation = "a-correlation",
    };

    private InternalToken Token(string method, string path, string query = "", string body = "") => new()
    {
        Id = InternalTokens.NewId(),
        Audience = "small",
        IssuedAt = host.Clock.GetUtcNow(),
        Method = method,
        Path = path,
        Query = query,
        BodyDigest = InternalTokens.BodyDigest(Encoding.UTF8.GetBytes(body)),
        Caller = SomeCaller,
    };

    private Task<HttpResponseMessage> SendAsync(string method, string target, string? body, InternalToken token) =>
        SendAsync(method, target, body, InternalTokens.Mint(token, host.Key));

    private async Task<HttpResponseMessage> SendAsync(string method, string target, string? body, string token)
    {
        // Not to be tidied up on the way: the request line goes out as it stands.
        var uri = new Uri(host.Client.BaseAddress!.GetLeftPart(UriPartial.Authority) + target,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(method), uri);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.TryAddWithoutValidation(InternalToken.HeaderName, token);
        return await host.Client.SendAsync(request);
    }

    private static async Task RefusedAsync(Task<HttpResponseMessage> sent)
    {
        var answer = await sent;
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        Assert.False(answer.Headers.Contains("WWW-Authenticate"));
    }
}
