using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Host;

/// <summary>A fault in the durable storage itself.</summary>
public sealed class BrokenStorage
{
    [Fact]
    public async Task An_app_whose_durable_storage_can_store_nothing_any_more_ends()
    {
        await using var app = await InProcessApp.StartAsync();
        using var mia = await app.SignInAsync("mia");
        var ending = app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        ending.IsCancellationRequested.ShouldBeFalse();

        app.BreakDurableStorage();
        using var answer = await mia.PostAsJsonAsync(
            "/api/connections",
            Connections.StartBody("iamRole"),
            TestContext.Current.CancellationToken);

        await Should.ThrowAsync<OperationCanceledException>(() => Task.Delay(TimeSpan.FromSeconds(30), ending));
        Environment.ExitCode.ShouldBe(1);
        Environment.ExitCode = 0;
    }
}
