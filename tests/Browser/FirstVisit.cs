using Microsoft.Playwright;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Browser;

/// <summary>What the first page costs to fetch.</summary>
public sealed class FirstVisit(Browsers browsers) : BrowserTests(browsers)
{
    /// <summary>
    /// Bytes over the wire, compressed, headers included, that the first page may take before what it shows; later pages bring their own
    /// parts.
    /// </summary>
    private const double Budget = 200_000;

    [Fact]
    public async Task The_first_page_is_small_and_leaves_the_others_for_later()
    {
        var ada = await ArriveAsync();
        (await BytesOfAsync(ada, ada.Button("Sign in"))).ShouldBeInRange(1, Budget);

        ada = await SignedInAsync();
        var loaded = new List<string>();
        ada.Page.Request += (_, request) => loaded.Add(request.Url);
        (await BytesOfAsync(ada, ada.Link("Add data source"))).ShouldBeInRange(1, Budget);
        loaded.ShouldNotContain(url =>
            url.Contains("/assets/SettingsPage", StringComparison.Ordinal)
            || url.Contains("/assets/ConnectionPage", StringComparison.Ordinal));
        await ada.GoAsync("/settings");
        await ada.SeeAsync(ada.Heading("Settings"));
        loaded.ShouldContain(url => url.Contains("/assets/SettingsPage", StringComparison.Ordinal));
    }

    private static async Task<double> BytesOfAsync(Person person, ILocator until)
    {
        var devtools = await person.Page.Context.NewCDPSessionAsync(person.Page);
        var files = new FilesOverTheWire();
        foreach (var method in new[] { FilesOverTheWire.Asked, FilesOverTheWire.Finished })
            devtools.Event(method).OnEvent += (_, parameters) => files.Hear(method, parameters!.Value);
        await devtools.SendAsync("Network.enable");
        await devtools.SendAsync("Network.setCacheDisabled", new() { ["cacheDisabled"] = true });
        await person.GoAsync("/");
        await person.SeeAsync(until);
        await person.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await devtools.DetachAsync();
        return files.Bytes;
    }
}
