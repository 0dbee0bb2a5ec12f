using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Callbacks;

/// <summary>Callback links in the hands of people without an account, and in the wrong ones.</summary>
[Collection(RunningApp.Name)]
public sealed class CallbackLinks(RunningApp running)
{
    [Fact]
    public async Task An_admin_of_aws_sees_what_to_apply_confirms_it_and_stands_in_the_audit_trail()
    {
        using var mia = await running.App.SignInAsync("mia");
        using var nobody = running.App.Anonymous();
        var connection = await Connections.StartAsync(mia, "iamRole");
        var token = await LinkAsync(mia, connection.Text("id"), "trust-policy");
        var shown = await nobody.GetAsync($"/api/callbacks/{token}", HttpStatusCode.OK);
        shown["open"]!.GetValue<bool>().ShouldBeTrue();
        shown["trustPolicy"]!.ToJsonString().ShouldBe(connection["trustPolicy"]!.ToJsonString());
        shown.AsObject().Select(pair => pair.Key).ShouldNotContain("createdBy");

        await nobody.PostAsync($"/api/callbacks/{token}", new { confirmedBy = "Sam of the cloud team" }, HttpStatusCode.Accepted);
        await mia.UntilAsync(connection.Text("id"), "awaitingConfiguration");
        using var ada = await running.App.SignInAsync("ada");
        var trail = await ada.GetAsync($"/api/audit?resource={connection.Text("id")}", HttpStatusCode.OK);
        var confirmed = trail["items"]!.AsArray().Single(entry => entry!.Text("action") == "connection.confirmed")!;
        confirmed["actor"]!.Text("kind").ShouldBe("callback");
        confirmed["actor"]!.Text("id").ShouldBe("Sam of the cloud team");
        trail.ToJsonString().ShouldNotContain(token);
    }

    [Fact]
    public async Task Each_way_of_being_no_good_has_its_own_sentence_and_changes_nothing()
    {
        using var mia = await running.App.SignInAsync("mia");
        using var nobody = running.App.Anonymous();
        var id = (await Connections.StartAsync(mia, "iamRole")).Text("id");
        var good = await LinkAsync(mia, id, "trust-policy");
        var revoked = await LinkAsync(mia, id, "trust-policy");
        await mia.SendAsync(HttpMethod.Delete, $"/api/connections/{id}/callback-links", null, HttpStatusCode.NoContent);
        var trust = await LinkAsync(mia, id, "trust-policy");
        var second = await LinkAsync(mia, id, "trust-policy");
        var bucket = await LinkAsync(mia, id, "bucket-policy");
        var other = (await Connections.StartAsync(mia, "iamRole")).Text("id");
        var guessed = Guess(await LinkAsync(mia, other, "trust-policy"));

        var sentences = new List<string>
        {
            await RefusedAsync(nobody, Tampered(trust), HttpStatusCode.NotFound, "callback-damaged"),
            await RefusedAsync(nobody, trust[..^3], HttpStatusCode.NotFound, "callback-damaged"),
            await RefusedAsync(nobody, guessed, HttpStatusCode.NotFound, "callback-unknown"),
            await RefusedAsync(nobody, revoked, HttpStatusCode.Gone, "callback-revoked"),
            await RefusedAsync(nobody, bucket, HttpStatusCode.Conflict, "callback-too-early"),
        };
        await RefusedAsync(nobody, good, HttpStatusCode.Gone, "callback-revoked");
        var still = await mia.GetAsync($"/api/connections/{id}", HttpStatusCode.OK);
        still.Text("status").ShouldBe("awaitingTrustPolicy");
        still["confirmed"]!.GetValue<bool>().ShouldBeFalse();

        await nobody.PostAsync($"/api/callbacks/{trust}", null, HttpStatusCode.Accepted);
        sentences.Add(await RefusedAsync(nobody, trust, HttpStatusCode.Conflict, "callback-used"));
        await RefusedAsync(nobody, second, HttpStatusCode.Conflict, "callback-used");
        await mia.UntilAsync(id, "awaitingConfiguration");
        await RefusedAsync(nobody, trust, HttpStatusCode.Conflict, "callback-used");

        await mia.SendAsync(HttpMethod.Delete, $"/api/connections/{id}", null, HttpStatusCode.Accepted);
        await mia.UntilAsync(id, "cancelled");
        sentences.Add(await RefusedAsync(nobody, bucket, HttpStatusCode.Gone, "callback-ended"));
        sentences.Distinct().Count().ShouldBe(sentences.Count - 1, "Two of them are the same kind of damage.");
    }

    [Fact]
    public async Task A_link_is_made_only_for_a_step_that_is_open_or_to_come()
    {
        using var mia = await running.App.SignInAsync("mia");
        var id = (await Connections.StartAsync(mia, "iamRole")).Text("id");
        await mia.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        await mia.UntilAsync(id, "awaitingConfiguration");
        (await mia.PostAsync($"/api/connections/{id}/callback-links", new { step = "trust-policy" }, HttpStatusCode.Conflict))
            .Text("code")
            .ShouldBe("step-not-open");
        (await mia.PostAsync($"/api/connections/{id}/callback-links", new { step = "verification" }, HttpStatusCode.UnprocessableEntity))
            .Text("code")
            .ShouldBe("invalid");
        await mia.PostAsync(
            $"/api/connections/{id}/callback-links",
            new { step = "bucket-policy", expiresInHours = 0 },
            HttpStatusCode.UnprocessableEntity);
        await LinkAsync(mia, id, "bucket-policy");
    }

    [Fact]
    public async Task Whoever_asks_too_often_with_one_link_is_slowed_down()
    {
        using var mia = await running.App.SignInAsync("mia");
        using var nobody = running.App.Anonymous();
        // Seen by the app as another caller than the other tests, who share this machine.
        nobody.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.77");
        var token = Guess(await LinkAsync(mia, (await Connections.StartAsync(mia, "iamRole")).Text("id"), "trust-policy"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 80).Select(async _ =>
        {
            using var answer = await nobody.GetAsync(new Uri($"/api/callbacks/{token}", UriKind.Relative));
            return (answer.StatusCode, answer.Headers.RetryAfter);
        }));
        answers.ShouldContain(answer => answer.StatusCode == HttpStatusCode.NotFound);
        answers.ShouldContain(answer => answer.StatusCode == HttpStatusCode.TooManyRequests && answer.RetryAfter != null);
    }

    private static async Task<string> LinkAsync(HttpClient http, string connection, string step) =>
        (await http.PostAsync($"/api/connections/{connection}/callback-links", new { step }, HttpStatusCode.Created))
            .Text("url")
            .Split('/')[^1];

    private static async Task<string> RefusedAsync(HttpClient http, string token, HttpStatusCode status, string code)
    {
        var problem = await http.PostAsync($"/api/callbacks/{token}", new { confirmedBy = "somebody" }, status);
        problem.Text("code").ShouldBe(code);
        return problem.Text("detail");
    }

    private static string Tampered(string token)
    {
        var at = token.IndexOf('.', StringComparison.Ordinal) + 5;
        return $"{token[..at]}{(token[at] == 'A' ? 'B' : 'A')}{token[(at + 1)..]}";
    }

    /// <summary>A link of the same connection that is whole in form, as somebody makes it who knows how they are made.</summary>
    private static string Guess(string token)
    {
        var guess = $"{token.Split('.')[0]}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))}";
        return $"{guess}.{Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(guess)).AsSpan(0, 6))}";
    }
}
