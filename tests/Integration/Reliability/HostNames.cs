using System.Net;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Reliability;

/// <summary>Names that lead to this machine although they are somebody else's.</summary>
[Collection(RunningApp.Name)]
public sealed class HostNames(RunningApp running)
{
    [Theory]
    [InlineData("evil.example", false)]
    [InlineData("evil.example:{port}", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("localhost", true)]
    [InlineData("localhost:{port}", true)]
    [InlineData("LOCALHOST:{port}", true)]
    [InlineData("127.0.0.1:{port}", true)]
    [InlineData("[::1]:{port}", true)]
    [InlineData("drives.named.example:{port}", true)]
    public async Task Only_this_machines_names_and_those_of_the_setting_are_answered(string host, bool answered)
    {
        using var nobody = new HttpClient { BaseAddress = running.App.Address };
        foreach (var path in new[] { "/embedded/cloud", "/embedded/identity/.well-known/openid-configuration", "/api/health" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path)
            {
                Headers = { Host = host.Replace("{port}", $"{running.App.Address.Port}", StringComparison.Ordinal) },
            };
            using var answer = await nobody.SendAsync(request, TestContext.Current.CancellationToken);
            if (answered)
                answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            else
                answer.StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest, path);
            if (!answered)
                (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldNotContain("accessKeyId");
        }
    }
}
