using Microsoft.Playwright;
using ServerlessDrives.Tests.Shared;
using Xunit;

namespace ServerlessDrives.Tests.Browser;

/// <summary>One app and one Chromium for all tests; people come and go in contexts of their own.</summary>
[CollectionDefinition(Name)]
public sealed class Browsers : ICollectionFixture<Browsers>, IAsyncLifetime
{
    public const string Name = "Browsers";

    /// <summary>Milliseconds. Wide, for machines that have other things to do.</summary>
    private const float Patience = 45_000;

    private IPlaywright? _playwright;
    private IBrowser? _chromium;

    public EmbeddedApp App { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(Patience);
        var app = EmbeddedApp.StartAsync(new()
        {
            // The sandbox's IAM tells everybody at once unless told otherwise, so a refusal needs no minute to be final.
            ["Verification__PropagationWait"] = "00:00:02",
            ["ServerlessDrives__Webhooks__AllowPrivateTargets"] = "true",
        });
        _playwright = await Playwright.CreateAsync();
        _chromium = await _playwright.Chromium.LaunchAsync(new()
        {
            // Debian's; nothing is downloaded. Everything that would call home is off.
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-sync"],
        });
        App = await app;
    }

    /// <summary>Somebody with a browser that knows nothing of the others: its own cookies, storage and session.</summary>
    public async Task<Person> ArriveAsync(Device device = Device.Desktop, ColorScheme theme = ColorScheme.Light)
    {
        var context = await _chromium!.NewContextAsync(new()
        {
            ViewportSize = device is Device.Phone ? new() { Width = 390, Height = 844 } : new() { Width = 1280, Height = 860 },
            IsMobile = device is Device.Phone,
            HasTouch = device is Device.Phone,
            ColorScheme = theme,
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-GB",
            TimezoneId = "Europe/Berlin",
            AcceptDownloads = true,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        context.SetDefaultTimeout(Patience);
        return new Person(context, await context.NewPageAsync(), App);
    }

    public async ValueTask DisposeAsync()
    {
        if (_chromium is not null)
            await _chromium.CloseAsync();
        _playwright?.Dispose();
        if (App is not null)
            await App.DisposeAsync();
    }
}

public enum Device
{
    Desktop,
    Phone,
}
