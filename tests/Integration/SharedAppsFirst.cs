using ServerlessDrives.Tests.Integration;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(SharedAppsFirst))]

namespace ServerlessDrives.Tests.Integration;

/// <summary>
/// The classes that share an app run one after the other, and long: they begin first, so that they don't end alone while the other
/// processors have nothing to do.
/// </summary>
public sealed class SharedAppsFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [
            .. testCollections.OrderBy(collection =>
                collection is IXunitTestCollection { CollectionDefinition: { } app } && app.IsAssignableTo(typeof(SharedApp)) ? 0 : 1),
        ];
}
