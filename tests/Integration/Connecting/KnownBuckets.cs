using System.Net;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>What S3 says of a bucket to anybody, while its name is typed.</summary>
[Collection(RunningApp.Name)]
public sealed class KnownBuckets(RunningApp running)
{
    [Fact]
    public async Task A_bucket_that_is_there_is_told_with_its_region_one_that_isnt_as_such_and_what_is_no_name_with_what_was_meant()
    {
        using var leo = await running.App.SignInAsync("leo");
        var there = await leo.GetAsync("/api/buckets/acme-documents", HttpStatusCode.OK);
        there["exists"]!.GetValue<bool>().ShouldBeTrue();
        there.Text("region").ShouldBe("us-east-1");
        there.Text("partition").ShouldBe("aws");

        var name = Connections.Unique("nobodys");
        (await leo.GetAsync($"/api/buckets/{name}", HttpStatusCode.OK))["exists"]!.GetValue<bool>().ShouldBeFalse();
        (await leo.GetAsync("/api/buckets/Acme-Documents", HttpStatusCode.UnprocessableEntity))["errors"]!["name"]!
            .ToString()
            .ShouldContain("acme-documents");
        // A surrogate is half of a character; the sentence has all of it.
        (await leo.GetAsync($"/api/buckets/{Uri.EscapeDataString("acme-🪣")}", HttpStatusCode.UnprocessableEntity))["errors"]!["name"]!
            .ToString()
            .ShouldNotContain("�");
    }

    [Fact]
    public async Task Whoever_tries_names_out_is_slowed_down()
    {
        using var eve = await running.App.SignInAsync("eve");
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(async number =>
        {
            using var answer = await eve.GetAsync(new Uri($"/api/buckets/some-bucket-{number}", UriKind.Relative));
            return answer.StatusCode;
        }));
        answers.ShouldContain(HttpStatusCode.TooManyRequests);
        answers.ShouldContain(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_policy_of_a_keys_user_is_exactly_what_the_drive_needs()
    {
        using var leo = await running.App.SignInAsync("leo");
        var policy = await leo.GetAsync("/api/buckets/acme-documents/user-policy?path=claims/inbox", HttpStatusCode.OK);
        policy.ToJsonString().ShouldContain("arn:aws:s3:::acme-documents/claims/inbox/*");
        policy.ToJsonString().ShouldNotContain("PutObjectVersion");
        var reading = await leo.GetAsync("/api/buckets/acme-documents/user-policy?path=claims/inbox&access=readOnly", HttpStatusCode.OK);
        reading.ToJsonString().ShouldContain("s3:GetObject");
        reading.ToJsonString().ShouldNotContain("s3:PutObject");
        await leo.GetAsync("/api/buckets/acme-documents/user-policy?access=none", HttpStatusCode.UnprocessableEntity);

        // It suffices.
        var administrator = running.App.Administrator();
        var key = await administrator.CreateUserWithKeyAsync(Connections.Unique("exact"), policy.AsObject());
        using var mia = await running.App.SignInAsync("mia");
        var id = (await Connections.StartAsync(mia, "accessKey")).Text("id");
        var configuration = Connections.KeyConfiguration(key, "acme-documents", "claims/inbox");
        configuration["allowOverlap"] = true;
        await mia.SendAsync(HttpMethod.Put, $"/api/connections/{id}/configuration", configuration, HttpStatusCode.Accepted);
        await mia.UntilAsync(id, "connected");
    }
}
