using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Browser;

/// <summary>
/// What tests with people at browsers have in common: whoever arrived leaves, without complaints of the page, and a failure leaves a
/// picture.
/// </summary>
public abstract class BrowserTests(Browsers browsers) : IAsyncDisposable
{
    private readonly List<Person> _people = [];

    protected Browsers Browsers => browsers;

    protected EmbeddedApp App => browsers.App;

    protected async Task<Person> ArriveAsync(Device device = Device.Desktop, EmbeddedApp? app = null)
    {
        var person = await browsers.ArriveAsync(device, app);
        _people.Add(person);
        return person;
    }

    protected async Task<Person> SignedInAsync(string who = Person.Ada, Device device = Device.Desktop, EmbeddedApp? app = null)
    {
        var person = await ArriveAsync(device, app);
        await person.SignInAsync(who);
        return person;
    }

    protected static string Unique(string name) => $"{name} {Guid.NewGuid().ToString("N")[..8]}";

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        var test = TestContext.Current;
        var failed = test.TestState?.Result is TestResult.Failed;
        var complaints = new List<string>();
        foreach (var (person, number) in _people.Select((person, index) => (person, index + 1)))
        {
            if (failed)
                await Screenshots.TakeAsync(person.Page, $"failed/{test.TestMethod?.MethodName}-{number}");
            complaints.AddRange(person.Complaints);
            await person.DisposeAsync();
        }

        if (!failed)
            complaints.ShouldBeEmpty();
    }
}
