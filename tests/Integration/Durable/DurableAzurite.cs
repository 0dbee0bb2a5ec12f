using ServerlessDrives.Tests.Integration.Durable;
using ServerlessDrives.Tests.Shared.Azurite;
using Xunit;

[assembly: AssemblyFixture(typeof(DurableAzurite))]

namespace ServerlessDrives.Tests.Integration.Durable;

/// <summary>The storage of all the durable suites.</summary>
public sealed class DurableAzurite : AzuriteFixture;
