metadata description = 'A workbook with the product\'s metrics, in Application Insights under "Workbooks". Metric names are those that the app emits.'

param location string
param tags object
param insightsId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(insightsId, 'drives')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'ServerlessDrives'
    category: 'workbook'
    sourceId: insightsId
    version: '1.0'
    serializedData: loadTextContent('workbook.json')
  }
}
